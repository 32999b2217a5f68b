import Archives
import Foundation
import LinearMath
import Rendering

extension ExportDatasetSettings {
  /// What the set of a model is called where nobody names it.
  public static func setName(ofModel path: String) -> String { ModelList.stem(path) }

  /// The same with the light of one model, where light is drawn by lot.
  ///
  /// - Parameter name: of the model's set; the same seed and name give the same light.
  public func lit(name: String, seed: UInt64) throws -> ExportDatasetSettings {
    guard randomLight else { return self }
    var options = self
    options.render = try RandomLight.drawn(render, name: name, seed: seed)
    return options
  }
}

/// Light drawn by lot for a model: the studio, or one of the panoramas of a folder; its turn; brightness by up to a half
/// stop.
enum RandomLight {
  /// - Parameter name: of the model; the same seed and name give the same light.
  static func drawn(_ settings: RenderSettings, name: String, seed: UInt64) throws -> RenderSettings
  {
    // A digest spreads names that are alike.
    let digest = Digest.sha256(of: Array(name.utf8)).prefix(12)
    var lot = SeededGenerator(seed: seed).stream(Int(digest, radix: 16)!)
    var drawn = settings
    drawn.lightRotationDegrees = (lot.unit() * 360 - 180).rounded()
    drawn.exposureStops += ((lot.unit() - 0.5) * 100).rounded() / 100
    let choice = lot.unit()
    if let folder = settings.environment {
      let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { $0.lowercased().hasSuffix(".hdr") }.sorted()
      if !files.isEmpty {
        let file = files[Int(choice * Double(files.count))]
        drawn.environment = folder + (folder.hasSuffix("/") ? "" : "/") + file
      }
    } else {
      let studios = LightPreset.allCases
      drawn.lighting =
        studios[studios.index(studios.startIndex, offsetBy: Int(choice * Double(studios.count)))]
    }
    return drawn
  }
}
