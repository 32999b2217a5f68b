import Glibc
public import LinearMath
public import Settings

/// Which directions an object is seen from.
public enum Coverage: String, SettingChoice {
  /// From the horizon up.
  case hemisphere
  /// From everywhere.
  case sphere

  /// The lowest height on the unit sphere.
  var lowest: Double { self == .sphere ? -1 : 0 }
}

/// Where cameras around an object of radius 1 at the origin stand.
public enum ViewSampling {
  /// How directions are spread.
  public enum Spread: String, SettingChoice {
    /// Evenly: the offset Fibonacci lattice (González, "Measurement of areas on a sphere using Fibonacci and
    /// latitude-longitude lattices", 2010).
    case fibonacci
    /// Evenly: the Hammersley points (Wong, Luk, Heng, "Sampling with Hammersley and Halton points", 1997).
    case hammersley
    /// On circles of equal height.
    case rings
    /// Each by lot, all places of the sphere being equally likely.
    case random
  }

  /// `count` unit directions; world +y is up.
  ///
  /// - Parameters:
  ///   - elevations: heights of the rings in degrees; without them some that cover it.
  ///   - turn: all directions are turned by this angle around +y, in radians.
  ///   - dice: what random directions are drawn from, a stream each.
  public static func directions(
    count: Int, coverage: Coverage, spread: Spread = .fibonacci, elevations: [Double] = [],
    turn: Double = 0, dice: SeededGenerator = SeededGenerator(seed: 0)
  ) -> [SIMD3<Double>] {
    func direction(height: Double, azimuth: Double) -> SIMD3<Double> {
      let radius = max(0, 1 - height * height).squareRoot()
      return [radius * sin(azimuth + turn), height, radius * cos(azimuth + turn)]
    }
    let span = 1 - coverage.lowest
    func height(_ share: Double) -> Double { 1 - span * share }
    switch spread {
    case .fibonacci:
      let goldenAngle = Double.pi * (3 - 5.0.squareRoot())
      return (0..<count).map {
        direction(
          height: height((Double($0) + 0.5) / Double(count)), azimuth: goldenAngle * Double($0))
      }
    case .hammersley:
      return (0..<count).map {
        direction(
          height: height((Double($0) + 0.5) / Double(count)),
          azimuth: 2 * .pi * mirroredBits(UInt32($0)))
      }
    case .rings:
      let usual: [Double] = coverage == .sphere ? [-45, -15, 15, 45] : [10, 30, 50, 70]
      let rings = elevations.isEmpty ? usual : elevations
      return rings.indices.flatMap { ring -> [SIMD3<Double>] in
        let places = count * (ring + 1) / rings.count - count * ring / rings.count
        return (0..<places).map {
          direction(
            height: sin(rings[ring] * .pi / 180), azimuth: 2 * .pi * Double($0) / Double(places))
        }
      }
    case .random:
      return (0..<count).map {
        var lot = dice.stream($0)
        return direction(height: height(lot.unit()), azimuth: 2 * .pi * lot.unit())
      }
    }
  }

  /// The bits of a number behind the binary point in reverse: 0, 1/2, 1/4, 3/4, …
  private static func mirroredBits(_ number: UInt32) -> Double {
    var mirrored: UInt32 = 0
    for bit in 0..<UInt32(32) { mirrored |= (number >> bit & 1) << (31 - bit) }
    return Double(mirrored) * 0x1p-32
  }

  /// The distance at which a sphere of radius 1 just fits into the smaller angle of view, times
  /// `margin`.
  public static func distance(intrinsics: Intrinsics, margin: Double = 1.05) -> Double {
    margin / sin(min(intrinsics.fieldOfViewX, intrinsics.fieldOfViewY) / 2)
  }

  /// Evenly spread cameras, all at one distance and aimed at the origin.
  public static func cameras(
    count: Int, coverage: Coverage, intrinsics: Intrinsics
  ) -> [Camera] {
    let distance = distance(intrinsics: intrinsics)
    return directions(count: count, coverage: coverage).map {
      Camera(eye: $0 * distance, target: .zero, intrinsics: intrinsics)
    }
  }
}
