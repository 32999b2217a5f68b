public import Work

/// Why bytes are not a picture, or a picture cannot be encoded.
public struct ImagingError: ExplainedError, Equatable {
  public let kind: FailureKind
  public let code: String
  public let message: String
  public let place: String

  init(
    _ code: String, _ message: String, at place: String = "", kind: FailureKind = .unreadableInput
  ) {
    (self.code, self.message, self.place, self.kind) = (code, message, place, kind)
  }
}
