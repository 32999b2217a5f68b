/// Which axis of a model's coordinates points up.
public enum UpAxis: String, Sendable, Equatable, CaseIterable {
  case y, z
}
