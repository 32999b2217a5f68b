public import Work

/// Why numbers are not a mesh.
public struct MeshError: ExplainedError, Equatable {
  public let code: String
  public let message: String
  public let place: String
  public var kind: FailureKind { .unreadableInput }

  init(_ code: String, _ message: String, at place: String) {
    (self.code, self.message, self.place) = (code, message, place)
  }
}
