public import Work

/// Why a file is not a model, or a model cannot be a file.
public struct FormatError: ExplainedError, Equatable {
  public let code: String
  public let message: String
  public let place: String
  public let kind: FailureKind

  init(
    _ code: String, _ message: String, at place: String = "",
    kind: FailureKind = .unreadableInput
  ) {
    (self.code, self.message, self.place, self.kind) = (code, message, place, kind)
  }

  /// The same error with the file named in front of the place.
  func inside(_ file: String) -> FormatError {
    FormatError(code, message, at: place.isEmpty ? file : "\(file), \(place)", kind: kind)
  }
}
