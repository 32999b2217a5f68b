public import Work

/// Why an archive cannot be written, with the library's own words.
public struct ArchiveError: ExplainedError, Equatable {
  public let code: String
  public let message: String
  public let place: String
  public var kind: FailureKind { .unwritableOutput }

  init(_ code: String, _ message: String, at place: String) {
    (self.code, self.message, self.place) = (code, message, place)
  }
}
