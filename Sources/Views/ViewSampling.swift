import Glibc
import LinearMath
public import Settings

/// Which directions an object is seen from.
public enum Coverage: String, SettingChoice {
  /// From the horizon up.
  case hemisphere
  /// From everywhere.
  case sphere
}

/// Evenly spread cameras around an object of radius 1 at the origin.
public enum ViewSampling {
  /// `count` unit directions with equal areas of the sphere each: the offset Fibonacci lattice
  /// (González, "Measurement of areas on a sphere using Fibonacci and latitude-longitude lattices",
  /// 2010). World +y is up; the first direction is the highest.
  public static func directions(count: Int, coverage: Coverage) -> [SIMD3<Double>] {
    let lowest: Double = coverage == .sphere ? -1 : 0
    let goldenAngle = Double.pi * (3 - 5.0.squareRoot())
    return (0..<count).map { index in
      let height = 1 - (1 - lowest) * (Double(index) + 0.5) / Double(count)
      let radius = max(0, 1 - height * height).squareRoot()
      let azimuth = goldenAngle * Double(index)
      return [radius * sin(azimuth), height, radius * cos(azimuth)]
    }
  }

  /// The distance at which a sphere of radius 1 just fits into the smaller angle of view, times
  /// `margin`.
  public static func distance(intrinsics: Intrinsics, margin: Double = 1.05) -> Double {
    margin / sin(min(intrinsics.fieldOfViewX, intrinsics.fieldOfViewY) / 2)
  }

  /// Cameras in those directions, all at one distance and aimed at the origin.
  public static func cameras(
    count: Int, coverage: Coverage, intrinsics: Intrinsics
  ) -> [Camera] {
    let distance = distance(intrinsics: intrinsics)
    return directions(count: count, coverage: coverage).map { direction in
      Camera(eye: direction * distance, target: .zero, intrinsics: intrinsics)
    }
  }
}
