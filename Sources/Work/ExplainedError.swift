/// What kind of failure an error is: the program's exit code and the service's status follow from it.
public enum FailureKind: Sendable, Equatable {
  /// An input is missing, malformed, unsupported or over a limit.
  case unreadableInput
  /// An output cannot be written.
  case unwritableOutput
  /// An external program, a driver or a device is missing.
  case missingDependency
  /// The request itself makes no sense.
  case usage
}

/// An error that explains itself in one sentence: what, where, what to do. One struct a module
/// conforms.
public protocol ExplainedError: Error, CustomStringConvertible {
  var kind: FailureKind { get }
  /// A short stable word for programs, such as `index-out-of-range`.
  var code: String { get }
  /// What is wrong, for a person.
  var message: String { get }
  /// File, byte offset, element; empty where it is nowhere in particular.
  var place: String { get }
}

extension ExplainedError {
  public var description: String { place.isEmpty ? message : "\(place): \(message)" }
}
