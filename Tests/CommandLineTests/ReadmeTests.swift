import Foundation
import TestSupport
import Testing

/// What the README tells people to type is there.
struct ReadmeTests {
  /// The lines of its blocks for a shell, those that go on in the next one joined, without comments.
  private static let commands: [String] = {
    let text = String(
      decoding: contents(SharedData.projectFolder + "/README.md"), as: UTF8.self)
    let blocks = text.components(separatedBy: "```sh\n").dropFirst()
    return blocks.flatMap { block in
      (block.components(separatedBy: "```").first ?? "").replacingOccurrences(of: "\\\n", with: " ")
        .split(separator: "\n").map { line in
          (line.range(of: " #").map { line[..<$0.lowerBound] } ?? line).description
        }
    }
  }()

  @Test func everyCommandAndOptionIsKnown() throws {
    var help: [String: String] = [:]
    var seen = 0
    for command in Self.commands {
      for part in command.components(separatedBy: "maquette ").dropFirst() {
        let words = part.split(separator: " ").map(String.init)
        guard let verb = words.first, verb.allSatisfy({ $0.isLowercase }) else { continue }
        if help[verb] == nil {
          let outcome = try Program.run([verb, "--help"])
          #expect(outcome.status == 0, "\(command): there is no \(verb)")
          help[verb] = outcome.output
        }
        for flag in words where flag.hasPrefix("--") && flag.count > 2 {
          let name = flag.prefix { $0 != "=" }
          #expect(help[verb]!.contains(name), "\(command): \(verb) has no \(name)")
          seen += 1
        }
      }
    }
    #expect(seen > 60)
  }
}
