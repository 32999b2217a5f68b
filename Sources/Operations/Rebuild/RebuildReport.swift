import Geometry
import Imaging
import Reconstruction
import Settings

/// What rebuilding came to, for people and for machines.
enum RebuildReport {
  static func make(
    _ posed: PosedViews, _ object: RebuiltObject, _ scores: [ViewScore], _ outputs: [Artifact]
  ) -> VerbResult {
    func mean(_ value: (ViewScore) -> Double) -> Double {
      scores.reduce(0) { $0 + value($1) } / Double(max(1, scores.count))
    }
    let mesh = object.mesh.report()
    var members: [(key: String, value: JSONValue)] = [
      ("backend", .string(posed.backend)), ("views", .integer(max(1, posed.views.count))),
      ("masks", .string(posed.masks)),
      ("material", .string(object.matter == nil ? "estimated" : "measured")),
      ("triangles", .integer(object.mesh.triangles.count)),
      ("textureSize", .integer(object.texture.width)), ("charts", .integer(object.charts)),
      ("unseenPercent", .number((object.unseenShare * 10_000).rounded() / 100)),
      ("watertight", .bool(mesh.isWatertight)),
    ]
    var lines = [
      "\(max(1, posed.views.count)) view\(posed.views.count > 1 ? "s" : "") (\(posed.masks)) by \(posed.backend) to \(object.mesh.triangles.count) triangles, "
        + (mesh.isWatertight ? "watertight" : "NOT watertight"),
      "texture         \(object.texture.width) pixels a side, \(object.charts) charts, "
        + "\((object.unseenShare * 100).brief) % seen by no view and filled",
    ]
    if !scores.isEmpty {
      let balanced =
        posed.areMasksGuessed ? " (\(mean(\.balancedPSNR).brief) after white balance)" : ""
      let kind = posed.heldOut.isEmpty ? "the views it was made of" : "views held out"
      members.append(
        (
          "check",
          [
            "views": .integer(scores.count), "heldOut": .bool(!posed.heldOut.isEmpty),
            "psnr": .number(mean(\.psnr)), "balancedPSNR": .number(mean(\.balancedPSNR)),
            "ssim": .number(mean(\.ssim)),
            "maskIoU": .number(mean(\.maskIoU)),
          ]
        ))
      lines.append(
        "check           \(mean(\.psnr).brief) dB\(balanced), SSIM \(mean(\.ssim).brief), mask IoU \(mean(\.maskIoU).brief) "
          + "over \(scores.count) of \(kind)")
    }
    return VerbResult(
      outputs: outputs, result: .object(members), text: lines.joined(separator: "\n"))
  }
}
