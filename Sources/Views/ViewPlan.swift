import Glibc
import LinearMath
import Settings

/// The cameras of a set, in our world.
public struct ViewPlan: Sendable, Equatable {
  public let train, validation, test: [Camera]

  /// What was not followed of a file with cameras.
  public let warnings: [String]

  public var all: [Camera] { train + validation + test }

  /// The cameras that the settings ask for.
  ///
  /// - Parameters:
  ///   - seed: of all that is drawn by lot. The same seed gives a view the same camera whatever the others do.
  ///   - testFraction: where the settings say nothing.
  ///   - longestSide: of the object's box, in radii.
  public init(
    _ settings: ViewSettings, seed: UInt64, testFraction: Double = 0, longestSide: Double = 1
  ) throws {
    var settings = settings
    if settings.distanceUnit == .side {
      // Not within the object.
      settings.distance = settings.distance.map { max(1.01, $0 * longestSide) }
    }
    let dice = SeededGenerator(seed: seed)
    let test = settings.testFraction ?? testFraction
    let validation = settings.validationFraction ?? test / 2
    func count(_ fraction: Double, of views: Int) -> Int {
      fraction > 0 ? max(1, Int((Double(views) * fraction).rounded())) : 0
    }
    if let path = settings.cameras {
      let file = try CameraFile(path, pixels: settings.pixels)
      let cameras = file.cameras
      warnings = file.warnings
      if settings.testFraction == nil, settings.validationFraction == nil,
        file.splits.contains("test") || file.splits.contains("val")
      {
        func named(_ isMeant: (String?) -> Bool) -> [Camera] {
          zip(cameras, file.splits).filter { isMeant($0.1) }.map(\.0)
        }
        train = named { $0 != "val" && $0 != "test" }
        self.validation = named { $0 == "val" }
        self.test = named { $0 == "test" }
        guard !train.isEmpty else {
          throw SettingsError(.badValue, "\(path) names no camera for training")
        }
        return
      }
      // A file has no room between its cameras; the last ones are for testing.
      let held = count(test, of: cameras.count)
      let heldToo = count(validation, of: cameras.count)
      guard held + heldToo < cameras.count else {
        throw SettingsError(.badValue, "\(path) has too few cameras to leave any for training")
      }
      let trained = cameras.count - held - heldToo
      train = Array(cameras[..<trained])
      self.validation = Array(cameras[trained..<trained + heldToo])
      self.test = Array(cameras[(trained + heldToo)...])
      return
    }
    warnings = []
    var directions = Self.directions(settings, settings.views, dice.stream(0), between: [])
    train = Self.cameras(directions, settings, dice.stream(1))
    let between = Self.directions(
      settings, count(validation, of: settings.views), dice.stream(2), between: directions)
    self.validation = Self.cameras(between, settings, dice.stream(3))
    directions += between
    self.test = Self.cameras(
      Self.directions(
        settings, count(test, of: settings.views), dice.stream(4), between: directions),
      settings, dice.stream(5))
  }

  /// Directions of which none is near one of `others`: turned around the object until it is so.
  private static func directions(
    _ settings: ViewSettings, _ count: Int, _ dice: SeededGenerator,
    between others: [SIMD3<Double>]
  ) -> [SIMD3<Double>] {
    func turned(_ turn: Double) -> [SIMD3<Double>] {
      ViewSampling.directions(
        count: count, coverage: settings.coverage, spread: settings.sampling,
        elevations: settings.elevationsDegrees, turn: turn, dice: dice)
    }
    if others.isEmpty || count == 0 { return turned(0) }
    func nearest(_ directions: [SIMD3<Double>]) -> Double {
      directions.map { one in others.map { $0.dot(one) }.max()! }.max()!
    }
    return (0..<32).map { turned(2 * .pi * (Double($0) + 0.5) / 32) }
      .min { nearest($0) < nearest($1) }!
  }

  private static func cameras(
    _ directions: [SIMD3<Double>], _ settings: ViewSettings, _ dice: SeededGenerator
  ) -> [Camera] {
    directions.enumerated().map { index, direction in
      var lot = dice.stream(index)
      func between(_ range: [Double]) -> Double {
        range[0] + (range[range.count - 1] - range[0]) * lot.unit()
      }
      let lens =
        settings.fieldOfViewRangeDegrees.isEmpty
        ? settings.intrinsics : settings.lens(degrees: between(settings.fieldOfViewRangeDegrees))
      let distance =
        settings.distance.isEmpty
        ? ViewSampling.distance(intrinsics: lens) : between(settings.distance)
      var place = direction
      if settings.jitterDegrees > 0 {
        place = tilted(direction, by: settings.jitterDegrees, &lot)
        if settings.coverage == .hemisphere && direction.y >= 0 { place.y = abs(place.y) }
      }
      let camera = Camera(eye: place * distance, target: .zero, intrinsics: lens)
      return turned(camera, settings, &lot)
    }
  }

  /// A direction at most so many degrees away, all places within being equally likely.
  private static func tilted(
    _ direction: SIMD3<Double>, by degrees: Double, _ lot: inout SeededGenerator
  ) -> SIMD3<Double> {
    let across = abs(direction.y) < 0.9 ? SIMD3<Double>(0, 1, 0) : SIMD3<Double>(1, 0, 0)
    let right = across.cross(direction).normalized
    let up = direction.cross(right)
    let height = 1 - (1 - cos(degrees * .pi / 180)) * lot.unit()
    let radius = max(0, 1 - height * height).squareRoot()
    let angle = 2 * .pi * lot.unit()
    return direction * height + (right * cos(angle) + up * sin(angle)) * radius
  }

  private static func turned(
    _ camera: Camera, _ settings: ViewSettings, _ lot: inout SeededGenerator
  ) -> Camera {
    guard settings.aimJitterDegrees > 0 || settings.rollJitterDegrees > 0 else { return camera }
    let (right, _, back) = camera.worldFromCamera.linear.columns
    let toward = tilted(back, by: settings.aimJitterDegrees, &lot)
    // The smallest turn that brings the axis there, then one about it.
    let side = (right - toward * toward.dot(right)).normalized
    let top = toward.cross(side)
    let roll = (2 * lot.unit() - 1) * settings.rollJitterDegrees * .pi / 180
    let (c, s) = (cos(roll), sin(roll))
    return Camera(
      worldFromCamera: Matrix4(
        linear: Matrix3(columns: side * c + top * s, top * c - side * s, toward),
        translation: camera.eye),
      intrinsics: camera.intrinsics)
  }
}
