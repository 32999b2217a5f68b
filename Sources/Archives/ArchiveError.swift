public import Work

/// Why an archive cannot be written or read, with the library's own words.
public struct ArchiveError: ExplainedError, Equatable {
  public let code: String
  public let message: String
  public let place: String
  public let kind: FailureKind

  init(
    _ code: String, _ message: String, at place: String, kind: FailureKind = .unwritableOutput
  ) {
    (self.code, self.message, self.place, self.kind) = (code, message, place, kind)
  }
}
