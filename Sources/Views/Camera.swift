import Glibc
public import LinearMath

/// A pinhole camera without distortion. Pixel centres lie at +0.5, the image's origin is its top left
/// corner.
public struct Intrinsics: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// Focal lengths in pixels.
  public let focalX, focalY: Double
  /// Where the optical axis meets the image, in pixels; half the size for a centred camera.
  public let centerX, centerY: Double

  /// A square-pixel camera with its axis in the middle.
  /// - Parameter fieldOfView: the horizontal angle in radians.
  public init(width: Int, height: Int, fieldOfView: Double) {
    (self.width, self.height) = (width, height)
    focalX = Double(width) / 2 / tan(fieldOfView / 2)
    focalY = focalX
    (centerX, centerY) = (Double(width) / 2, Double(height) / 2)
  }

  public init(
    width: Int, height: Int, focalX: Double, focalY: Double, centerX: Double, centerY: Double
  ) {
    (self.width, self.height) = (width, height)
    (self.focalX, self.focalY) = (focalX, focalY)
    (self.centerX, self.centerY) = (centerX, centerY)
  }

  /// The horizontal angle of view in radians.
  public var fieldOfViewX: Double { 2 * atan(Double(width) / 2 / focalX) }
  /// The vertical angle of view in radians.
  public var fieldOfViewY: Double { 2 * atan(Double(height) / 2 / focalY) }
}

/// A camera in a right-handed world: +x right, +y up, looking along -z.
public struct Camera: Sendable, Equatable {
  /// A rotation and a translation; the last column is the eye.
  public let worldFromCamera: Matrix4
  public let intrinsics: Intrinsics

  public init(worldFromCamera: Matrix4, intrinsics: Intrinsics) {
    (self.worldFromCamera, self.intrinsics) = (worldFromCamera, intrinsics)
  }

  /// A camera at `eye` that looks at `target`, with +y of the world upwards in the image.
  public init(eye: SIMD3<Double>, target: SIMD3<Double>, intrinsics: Intrinsics) {
    let back = (eye - target).normalized
    let across = SIMD3<Double>(0, 1, 0).cross(back)
    // Straight above or below there is no upwards; the world's x axis stays on the right.
    let right = across.length < 1e-9 ? SIMD3<Double>(1, 0, 0) : across.normalized
    self.init(
      worldFromCamera: Matrix4(
        linear: Matrix3(columns: right, back.cross(right), back), translation: eye),
      intrinsics: intrinsics)
  }

  public var eye: SIMD3<Double> { worldFromCamera.translation }

  /// Where a world point appears, in pixels, and its planar depth (distance along the optical axis).
  public func project(_ point: SIMD3<Double>) -> (pixel: SIMD2<Double>, depth: Double) {
    let local = worldFromCamera.rigidInverse.transform(point: point)
    let depth = -local.z
    return (
      [
        intrinsics.centerX + intrinsics.focalX * local.x / depth,
        intrinsics.centerY - intrinsics.focalY * local.y / depth,
      ], depth
    )
  }
}
