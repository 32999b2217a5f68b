import Imaging
import LinearMath
import Rendering
import Views
import Work

/// A prepared model, and the cameras that go around it.
struct TurntableStage {
  private var cameras: [Camera]
  private var opacities: [Double]
  /// nil where the ground mirrors nothing.
  private let reflection: Reflection?

  init(
    _ scene: PreparedScene, _ poses: [TurntablePose], _ lens: Intrinsics, hasShadow: Bool,
    reflects: Bool
  ) {
    // From one distance, so that nothing breathes; a shadow and a reflection want room.
    let distance = scene.distance(
      fitting: poses.filter { $0.distance >= 1 }.map(\.direction), lens,
      margin: reflects ? 1.4 : hasShadow ? 1.25 : 1.08)
    let target: SIMD3<Double> = [0, reflects ? -0.18 : hasShadow ? -0.04 : 0, 0]
    cameras = poses.map { pose in
      // Never within the object's sphere.
      let away = max(distance * pose.distance, 1.02)
      return Camera(eye: target + pose.direction * away, target: target, intrinsics: lens)
    }
    opacities = poses.map(\.opacity)
    reflection = reflects ? Reflection(ground: scene.groundHeight) : nil
  }

  /// One frame of it.
  func only(_ frame: Int) -> TurntableStage {
    var stage = self
    (stage.cameras, stage.opacities) = ([cameras[frame]], [opacities[frame]])
    return stage
  }

  /// Draws all frames in order: RGBA, straight alpha.
  ///
  /// - Parameter isAll: false where these frames do not count for how far the work is.
  func forEachFrame(
    _ renderer: borrowing Renderer, _ work: WorkContext, isAll: Bool = true,
    _ take: @escaping (Image) throws -> Void
  ) throws {
    let (cameras, opacities, reflection) = (cameras, opacities, reflection)
    let shade = renderer.groundShade
    let count = cameras.count
    var done = 0
    func finish(_ image: Image) throws {
      try take(image)
      done += 1
      if isAll { work.progress.update(Double(done) / Double(count)) }
    }
    guard let reflection else {
      return try renderer.forEachFrame(
        cameras, work,
        encode: { frame, index in
          let image = shade?.under(frame.color, frame.camera) ?? frame.color
          return image.faded(opacities[index])
        }, finish)
    }
    var above: Frame?
    try renderer.forEachFrame(
      cameras.flatMap { [$0, reflection.camera(of: $0)] }, work, encode: { frame, _ in frame }
    ) { frame in
      guard let first = above else {
        above = frame
        return
      }
      above = nil
      let image = shade?.under(first.color, first.camera) ?? first.color
      try finish(reflection.under(image, first.camera, frame).faded(opacities[done]))
    }
  }
}

extension Image {
  /// RGBA with less of it.
  fileprivate func faded(_ opacity: Double) -> Image {
    guard opacity < 1 else { return self }
    var image = self
    for pixel in 0..<width * height {
      image.bytes[4 * pixel + 3] = UInt8((Double(bytes[4 * pixel + 3]) * opacity).rounded())
    }
    return image
  }
}
