import Datasets
import Imaging
import LinearMath
import Views
import Work

/// Whether masks, pictures and the cloud show the same object: mirrored or mixed-up files differ here, whatever the
/// cameras say.
enum OutlineCheck {
  private struct Look {
    /// The part of what the picture shows that its mask leaves out; nil where one of them is missing.
    var outside: Double?
    /// The part of the cloud that falls on the object.
    var cloudOnObject: Double?
  }

  static func check(
    _ set: ReadSet, _ chosen: [Int], _ findings: inout Findings, _ work: WorkContext
  ) throws {
    let looks = try parallelMap(count: chosen.count, work) { look(set, set.views[chosen[$0]]) }
    for (index, look) in zip(chosen, looks) {
      guard let outside = look.outside, outside > 0.05 else { continue }
      findings.add(
        "mask-disagrees",
        "the mask leaves out \(Int((outside * 100).rounded())) % of what the picture shows",
        at: set.views[index].name)
    }
    if let share = median(looks.compactMap(\.cloudOnObject)), share < 0.8 {
      findings.add(
        "cloud-elsewhere",
        "only \(Int((share * 100).rounded())) % of the points fall on the object in the pictures (median); "
          + "the cloud has other axes, another unit or another place",
        at: "points3D.ply")
    }
  }

  private static func look(_ set: ReadSet, _ view: ReadView) -> Look {
    var look = Look()
    guard let image = try? set.image(view.image), image.bitsPerSample == 8 else { return look }
    let shown = shown(image)
    let mask = view.mask.flatMap { try? set.image($0) }.flatMap { mask -> [Bool]? in
      guard mask.bitsPerSample == 8, mask.width == image.width, mask.height == image.height else {
        return nil
      }
      return (0..<mask.width * mask.height).map { mask.bytes[$0 * mask.channels] > 127 }
    }
    if let shown, let mask {
      let near = grown(mask, image.width, image.height)
      let count = shown.count { $0 }
      let outside = shown.indices.count { shown[$0] && !near[$0] }
      if count > 50 { look.outside = Double(outside) / Double(count) }
    }
    guard !set.cloud.isEmpty, let camera = view.camera,
      let object = mask ?? (image.hasAlpha ? shown : nil),
      object.count == camera.intrinsics.width * camera.intrinsics.height
    else { return look }
    let near = grown(object, image.width, image.height)
    var on = 0
    let step = max(1, set.cloud.count / 2000)
    let points = stride(from: 0, to: set.cloud.count, by: step)
    for place in points {
      let (pixel, depth) = camera.project(set.cloud[place])
      guard depth > 0, pixel.x >= 0, pixel.y >= 0, pixel.x < Double(image.width),
        pixel.y < Double(image.height)
      else { continue }
      if near[Int(pixel.y) * image.width + Int(pixel.x)] { on += 1 }
    }
    look.cloudOnObject = Double(on) / Double(points.underestimatedCount)
    return look
  }

  /// Where the picture shows something: by alpha, or by difference from a plain ground, known by its corners.
  private static func shown(_ image: Image) -> [Bool]? {
    let (w, h, channels) = (image.width, image.height, image.channels)
    let pixels = 0..<w * h
    if image.hasAlpha { return pixels.map { image.bytes[$0 * channels + channels - 1] > 127 } }
    func color(_ pixel: Int) -> SIMD4<Int16> {
      var color = SIMD4<Int16>.zero
      for channel in 0..<min(3, channels) {
        color[channel] = Int16(image.bytes[pixel * channels + channel])
      }
      return color
    }
    let ground = color(0)
    func differs(_ pixel: Int, by limit: Int16) -> Bool {
      let difference = color(pixel) &- ground
      return max(difference.max(), -difference.min()) > limit
    }
    guard ![w - 1, (h - 1) * w, h * w - 1].contains(where: { differs($0, by: 2) }) else {
      return nil
    }
    return pixels.map { differs($0, by: 24) }
  }

  /// With the pixels that are two or fewer away.
  private static func grown(_ mask: [Bool], _ width: Int, _ height: Int) -> [Bool] {
    var rows = mask
    for pixel in mask.indices where mask[pixel] {
      let x = pixel % width
      for other in max(0, x - 2)...min(width - 1, x + 2) { rows[pixel - x + other] = true }
    }
    var grown = rows
    for pixel in rows.indices where rows[pixel] {
      let y = pixel / width
      for other in max(0, y - 2)...min(height - 1, y + 2) {
        grown[pixel + (other - y) * width] = true
      }
    }
    return grown
  }
}
