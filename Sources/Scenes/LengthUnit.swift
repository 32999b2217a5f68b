/// The length of one unit of a file's coordinates.
public enum LengthUnit: String, Sendable, Equatable, CaseIterable {
  case millimeters, centimeters, meters, inches

  public var meters: Double {
    switch self {
    case .millimeters: 0.001
    case .centimeters: 0.01
    case .meters: 1
    case .inches: 0.0254
    }
  }
}
