/// The length of one unit of a file's coordinates.
public enum LengthUnit: String, Sendable, Equatable, CaseIterable {
  case micrometers, millimeters, centimeters, meters, inches, feet

  public var meters: Double {
    switch self {
    case .micrometers: 0.000001
    case .millimeters: 0.001
    case .centimeters: 0.01
    case .meters: 1
    case .inches: 0.0254
    case .feet: 0.3048
    }
  }
}
