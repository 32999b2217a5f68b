import LinearMath
public import Settings

/// What distances of cameras count in.
public enum DistanceUnit: String, SettingChoice {
  /// The radius of the object's bounding sphere.
  case radius
  /// The longest side of its bounding box, as sets with a unit cube have it.
  case side
}

/// Which views of a model become a set.
public struct ViewSettings: SettingsGroup {
  @Setting("Views to render.", in: 1...100_000)
  public var views = 100

  @Setting("Width and height of each view in pixels.", in: 16...8192)
  public var pixels = 800

  @Setting("Where cameras stand.")
  public var coverage = Coverage.hemisphere

  @Setting("How they are spread: fibonacci and hammersley evenly, rings at some heights, random.")
  public var sampling = ViewSampling.Spread.fibonacci

  @Setting("Heights of the rings in degrees, from -90 to 90; views are dealt out among them.")
  public var elevationsDegrees: [Double] = []

  @Setting("Horizontal angle of view in degrees.", in: 5...120)
  public var fieldOfViewDegrees = 49.1

  @Setting("Two angles of view, between which each camera's is drawn by lot.")
  public var fieldOfViewRangeDegrees: [Double] = []

  @Setting(
    "How far cameras are from the middle, in radii of the object; of two numbers each camera's is drawn by lot. Without it the object just fits."
  )
  public var distance: [Double] = []

  @Setting(
    "What --distance counts in: radii of the bounding sphere, or longest sides of the bounding box."
  )
  public var distanceUnit = DistanceUnit.radius

  @Setting("How far each camera is moved around the object by lot, in degrees.", in: 0...90)
  public var jitterDegrees = 0.0

  @Setting("How far each camera is turned away from the middle by lot, in degrees.", in: 0...60)
  public var aimJitterDegrees = 0.0

  @Setting("How far each camera is tilted about its axis by lot, in degrees.", in: 0...180)
  public var rollJitterDegrees = 0.0

  @Setting(
    "A transforms.json whose cameras are taken instead, with the object's radius as unit and +z up."
  )
  public var cameras: String? = nil

  @Setting(
    "New views for testing between the others, as a part of their number. Without it none, but 0.2 where a layout needs them.",
    in: 0...1)
  public var testFraction: Double? = nil

  @Setting(
    "New views for validation, in the same way; without it half as many as for testing.", in: 0...1)
  public var validationFraction: Double? = nil

  public init() {}

  public func validate() throws(SettingsError) {
    func range(
      _ flag: String, _ values: [Double], _ counts: ClosedRange<Int>, _ limits: ClosedRange<Double>
    ) throws(SettingsError) {
      if values.isEmpty { return }
      guard counts.contains(values.count), values.allSatisfy(limits.contains),
        flag == "--elevations-degrees" || values == values.sorted()
      else {
        let ordered = flag == "--elevations-degrees" ? "" : ", the smaller first"
        throw SettingsError(
          .badValue,
          "\(flag) takes numbers from \(limits.lowerBound) to \(limits.upperBound)\(ordered), with commas between"
        )
      }
    }
    try range("--distance", distance, 1...2, 1.01...100)
    try range("--field-of-view-range-degrees", fieldOfViewRangeDegrees, 2...2, 5...120)
    try range("--elevations-degrees", elevationsDegrees, 1...1000, -90...90)
    if !elevationsDegrees.isEmpty && sampling != .rings {
      throw SettingsError(.badValue, "--elevations-degrees belongs to --sampling rings")
    }
  }

  /// The lens of a view whose angle is not drawn by lot.
  public var intrinsics: Intrinsics { lens(degrees: fieldOfViewDegrees) }

  func lens(degrees: Double) -> Intrinsics {
    Intrinsics(width: pixels, height: pixels, fieldOfView: degrees * .pi / 180)
  }
}
