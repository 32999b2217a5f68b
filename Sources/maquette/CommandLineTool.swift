import Foundation
import Operations
import Service
import Settings
import Work

/// The whole program: words in, exit code out.
enum CommandLineTool {
  static func main(_ words: [String]) -> Int32 {
    if let sentence = Processor.complaint {
      Terminal.error(sentence)
      return ExitCode.missing
    }
    // The service's jobs run in processes of this same program.
    if words == [JobTask.word] { return JobTask.main() }
    var verb: AnyVerb?
    let wantsJSON = words.contains("--json")
    do {
      guard let first = words.first else {
        try Terminal.out(Help.overview)
        return ExitCode.usage
      }
      if let answer = try Help.answer(words) {
        try Terminal.out(answer)
        return ExitCode.done
      }
      verb = Verbs.named(first)
      guard let verb else { throw UsageError(Help.unknownVerb(first)) }
      return try Invocation(verb, Array(words.dropFirst())).run()
    } catch {
      let (kind, code, message, place) = explain(error)
      if wantsJSON {
        let name: JSONValue = verb.map { .string($0.name) } ?? .null
        try? Terminal.out(
          JSONValue.object([
            ("verb", name),
            (
              "error",
              ["code": .string(code), "message": .string(message), "where": .string(place)]
            ),
          ]).text())
      }
      if kind != ExitCode.cancelled || !wantsJSON {
        Terminal.error((place.isEmpty ? "" : place + ": ") + message)
      }
      return kind
    }
  }

  private static func explain(_ error: any Error) -> (
    exit: Int32, code: String, message: String, place: String
  ) {
    switch error {
    case let error as any ExplainedError where error.code == "cancelled":
      (ExitCode.cancelled, "cancelled", "cancelled", "")
    case let error as any ExplainedError:
      (ExitCode.of(error.kind), error.code, error.message, error.place)
    case let error as SettingsError: (ExitCode.usage, error.code.name, error.message, "")
    case is WorkCancelled: (ExitCode.cancelled, "cancelled", "cancelled", "")
    default: (ExitCode.unreadable, "unexpected", "\(error)", "")
    }
  }
}

/// What the program's exit tells a script.
enum ExitCode {
  static let done: Int32 = 0
  static let unmet: Int32 = 1
  static let usage: Int32 = 2
  static let unreadable: Int32 = 3
  static let unwritable: Int32 = 4
  static let missing: Int32 = 5
  static let cancelled: Int32 = 130

  static func of(_ kind: FailureKind) -> Int32 {
    switch kind {
    case .usage: usage
    case .unreadableInput: unreadable
    case .unwritableOutput: unwritable
    case .missingDependency: missing
    }
  }
}
