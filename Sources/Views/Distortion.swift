import Glibc

/// How a lens bends what a pinhole would draw straight, in the terms of OpenCV, nerfstudio and COLMAP: on slopes, which
/// are pixels from the middle over the focal length, with +x right and +y down.
///
/// The straight model is that of Brown, "Decentering distortion of lenses", 1966; the fisheye that of Kannala and Brandt,
/// "A generic camera model and calibration method", 2006.
public struct Distortion: Sendable, Equatable {
  /// Factors of r², r⁴, r⁶, r⁸ (fisheye: of θ², θ⁴, θ⁶, θ⁸).
  public var radial: SIMD4<Double>
  /// Factors of r², r⁴, r⁶ that divide.
  public var divisor: SIMD3<Double>
  /// p1 and p2.
  public var tangential: SIMD2<Double>
  public var isFisheye: Bool

  public init(
    radial: SIMD4<Double> = .zero, divisor: SIMD3<Double> = .zero,
    tangential: SIMD2<Double> = .zero, isFisheye: Bool = false
  ) {
    (self.radial, self.divisor) = (radial, divisor)
    (self.tangential, self.isFisheye) = (tangential, isFisheye)
  }

  public var isNone: Bool { self == Distortion() }

  /// Where a straight slope lands.
  public func bent(_ slope: SIMD2<Double>) -> SIMD2<Double> {
    let square = (slope * slope).sum()
    if isFisheye {
      let radius = square.squareRoot()
      guard radius > 1e-12 else { return slope }
      let angle = atan(radius)
      let t = angle * angle
      let series = 1 + t * (radial.x + t * (radial.y + t * (radial.z + t * radial.w)))
      return slope * (angle * series / radius)
    }
    let above =
      1 + square * (radial.x + square * (radial.y + square * (radial.z + square * radial.w)))
    let below = 1 + square * (divisor.x + square * (divisor.y + square * divisor.z))
    let product = 2 * slope.x * slope.y
    let shift = SIMD2(
      tangential.x * product + tangential.y * (square + 2 * slope.x * slope.x),
      tangential.y * product + tangential.x * (square + 2 * slope.y * slope.y))
    return slope * (above / below) + shift
  }
}
