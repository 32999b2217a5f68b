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
      let failure = Failure(error)
      if wantsJSON {
        let name: JSONValue = verb.map { .string($0.name) } ?? .null
        try? Terminal.out(JSONValue.object([("verb", name), ("error", failure.json)]).text())
      }
      if failure.exit != ExitCode.cancelled || !wantsJSON { Terminal.error(failure.sentence) }
      return failure.exit
    }
  }
}
