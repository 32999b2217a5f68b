public import Work

/// Why nothing can be rebuilt from these views, naming the view where one is to blame.
public struct ReconstructionError: ExplainedError, Equatable {
  public let code: String
  public let message: String
  public let place: String
  public var kind: FailureKind { .unreadableInput }

  public init(_ code: String, _ message: String, at place: String = "") {
    (self.code, self.message, self.place) = (code, message, place)
  }
}
