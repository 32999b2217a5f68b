import Glibc
public import Settings

/// The motions of a product video.
public enum TurntableEffect: String, SettingChoice {
  case turntable
  case heroSpin = "hero-spin"
  case showcase
  case zoomOrbit = "zoom-orbit"
  case reveal
}

/// Where the camera is at a moment, around an object of radius 1 at the origin.
public struct TurntablePose: Sendable, Equatable {
  /// Degrees; 0 looks at the front, 90 is to the viewer's right.
  public var azimuth: Double
  /// Degrees above the horizon.
  public var elevation: Double
  /// A share of the distance from which the whole object fits.
  public var distance: Double
  /// How much is seen of the object, 0 to 1.
  public var opacity = 1.0

  /// The unit vector from the object to the camera; +y is up.
  public var direction: SIMD3<Double> {
    let (around, up) = (azimuth * .pi / 180, elevation * .pi / 180)
    return [sin(around) * cos(up), sin(up), cos(around) * cos(up)]
  }
}

/// A motion as keyframes. Each channel goes from one key to the next by the quintic that starts and ends without
/// velocity or acceleration (Perlin, "Improving noise", 2002), or at constant speed without easing. The page *Turntables*
/// has the keys.
public struct TurntablePath: Sendable {
  /// A pose and when it is reached, as a share of the whole.
  struct Key: Sendable {
    let time: Double
    let pose: TurntablePose

    init(
      _ time: Double, _ azimuth: Double, _ elevation: Double, _ distance: Double = 1,
      opacity: Double = 1
    ) {
      self.time = time
      pose = TurntablePose(
        azimuth: azimuth, elevation: elevation, distance: distance, opacity: opacity)
    }
  }

  private let keys: [Key]
  private let isEased: Bool
  private let turn, tilt: Double
  /// Whether what follows the last frame is the first.
  public let isLoop: Bool

  /// - Parameters:
  ///   - turn: degrees added to every azimuth.
  ///   - tilt: degrees added to every elevation; what would pass the poles stays just before them.
  public init(_ effect: TurntableEffect, isEased: Bool, turn: Double, tilt: Double) {
    (keys, isLoop) = Self.keys(of: effect)
    (self.isEased, self.turn, self.tilt) = (isEased, turn, tilt)
  }

  private static func keys(of effect: TurntableEffect) -> ([Key], isLoop: Bool) {
    switch effect {
    case .turntable: ([Key(0, 0, 15), Key(1, 360, 15)], true)
    case .heroSpin: ([Key(0, 35 - 720, 15), Key(0.75, 35, 15), Key(1, 35, 15)], false)
    case .showcase:
      (
        [
          Key(0, 35, 15), Key(0.1, 35, 15), Key(0.25, 125, 10), Key(0.35, 125, 10),
          Key(0.5, 215, 15), Key(0.6, 215, 15), Key(0.75, 325, 45), Key(0.85, 325, 45),
          Key(1, 395, 15),
        ], true
      )
    case .zoomOrbit: ([Key(0, 0, 10, 1.3), Key(0.5, 180, 25, 0.8), Key(1, 360, 10, 1.3)], true)
    case .reveal:
      (
        [
          Key(0, -85, -5, 0.6, opacity: 0), Key(0.2, -61, -1, 0.68), Key(0.85, 35, 15),
          Key(1, 35, 15),
        ], false
      )
    }
  }

  /// The pose at a share of the whole, 0 to 1.
  public func pose(at time: Double) -> TurntablePose {
    let index = keys.dropFirst().firstIndex { time <= $0.time } ?? keys.count - 1
    let (from, to) = (keys[index - 1], keys[index])
    let share = min(max((time - from.time) / (to.time - from.time), 0), 1)
    let moved = isEased ? share * share * share * (share * (share * 6 - 15) + 10) : share
    func between(_ channel: KeyPath<TurntablePose, Double>) -> Double {
      from.pose[keyPath: channel] * (1 - moved) + to.pose[keyPath: channel] * moved
    }
    return TurntablePose(
      azimuth: between(\.azimuth) + turn,
      elevation: min(max(between(\.elevation) + tilt, -89.9), 89.9),
      distance: between(\.distance), opacity: between(\.opacity))
  }

  /// The poses of so many frames. Of a loop the last is one step before the first; else the last is the end.
  public func poses(_ count: Int) -> [TurntablePose] {
    (0..<count).map { pose(at: Double($0) / Double(max(1, isLoop ? count : count - 1))) }
  }
}
