import Foundation
public import Settings

/// Where a camera stands: a name, an azimuth, or an azimuth and an elevation.
///
/// Azimuth 0 looks at the front (the side towards +z); 90 is to the viewer's right (+x). Elevation 90 looks down.
public struct ViewAngle: SettingValue {
  /// As it was given; a part of file names.
  public let name: String
  /// Degrees; no elevation where only an azimuth was given.
  let azimuth: Double
  let elevation: Double?

  private static let named: [(name: String, azimuth: Double, elevation: Double)] = [
    ("front", 0, 0), ("right", 90, 0), ("back", 180, 0), ("left", 270, 0), ("top", 0, 90),
    ("bottom", 0, -90), ("three-quarter", 35, 20),
    // The angle at which the three axes are equally long.
    ("isometric", 45, 35.264_389_682_754_65),
  ]

  public init(name: String, azimuth: Double, elevation: Double?) {
    (self.name, self.azimuth, self.elevation) = (name, azimuth, elevation)
  }

  public init?(words: String) {
    if let known = Self.named.first(where: { $0.name == words }) {
      self.init(name: words, azimuth: known.azimuth, elevation: known.elevation)
      return
    }
    let numbers = words.split(separator: ":", omittingEmptySubsequences: false).map {
      Double($0)
    }
    guard (1...2).contains(numbers.count), let azimuth = numbers[0], abs(azimuth) <= 360 else {
      return nil
    }
    let elevation = numbers.count == 2 ? numbers[1] : nil
    if numbers.count == 2 {
      guard let elevation, abs(elevation) <= 90 else { return nil }
    }
    self.init(
      name: words.replacingOccurrences(of: ":", with: "_"), azimuth: azimuth, elevation: elevation)
  }

  public init?(json: JSONValue) {
    if let text = json.string {
      self.init(words: text)
    } else if let azimuth = json.double {
      self.init(words: JSONValue.number(azimuth).text())
    } else {
      return nil
    }
  }

  public var json: JSONValue { .string(name.replacingOccurrences(of: "_", with: ":")) }

  public static var placeholder: String {
    named.map(\.name).joined(separator: "|") + "|AZIMUTH|AZIMUTH:ELEVATION"
  }

  public static var schema: [(key: String, value: JSONValue)] {
    [("type", "string"), ("pattern", "^[a-z-]+$|^-?[0-9.]+(:-?[0-9.]+)?$")]
  }

  /// The unit vector from the object to the camera; +y is up.
  func direction(elevation usual: Double) -> SIMD3<Double> {
    let (around, up) = (azimuth * .pi / 180, (elevation ?? usual) * .pi / 180)
    // Exactly above and below, and on the axes, what rounding leaves would tilt the picture.
    func clean(_ value: Double) -> Double { abs(value) < 1e-12 ? 0 : value }
    return [clean(sin(around) * cos(up)), clean(sin(up)), clean(cos(around) * cos(up))]
  }
}
