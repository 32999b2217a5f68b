public import Work

/// Why nothing could be drawn.
public struct RenderError: ExplainedError, Equatable {
  public let kind: FailureKind
  public let code: String
  public let message: String
  public let place: String

  init(
    _ code: String, _ message: String, at place: String = "", kind: FailureKind = .missingDependency
  ) {
    (self.code, self.message, self.place, self.kind) = (code, message, place, kind)
  }
}
