public import Settings
import Work

/// What the program's exit, and the library's status, tells a script.
public enum ExitCode {
  public static let done: Int32 = 0
  public static let unmet: Int32 = 1
  public static let usage: Int32 = 2
  public static let unreadable: Int32 = 3
  public static let unwritable: Int32 = 4
  public static let missing: Int32 = 5
  public static let cancelled: Int32 = 130

  static func of(_ kind: FailureKind) -> Int32 {
    switch kind {
    case .usage: usage
    case .unreadableInput: unreadable
    case .unwritableOutput: unwritable
    case .missingDependency: missing
    }
  }
}

/// Any error as it is told: a code, a sentence, a place.
public struct Failure: Sendable {
  public let exit: Int32
  public let code, message, place: String

  public init(_ error: any Error) {
    switch error {
    case let error as any ExplainedError where error.code == "cancelled":
      self.init(ExitCode.cancelled, "cancelled", "cancelled")
    case let error as any ExplainedError:
      self.init(ExitCode.of(error.kind), error.code, error.message, error.place)
    case let error as SettingsError: self.init(ExitCode.usage, error.code.name, error.message)
    case is WorkCancelled: self.init(ExitCode.cancelled, "cancelled", "cancelled")
    default: self.init(ExitCode.unreadable, "unexpected", "\(error)")
    }
  }

  private init(_ exit: Int32, _ code: String, _ message: String, _ place: String = "") {
    (self.exit, self.code, self.message, self.place) = (exit, code, message, place)
  }

  public var json: JSONValue {
    ["code": .string(code), "message": .string(message), "where": .string(place)]
  }

  /// The place before the sentence, where there is one.
  public var sentence: String { (place.isEmpty ? "" : place + ": ") + message }
}
