import Foundation
import FuzzTargets
import TestSupport
import Testing

/// The corpora of `make fuzz`, each input once: seeds made by hand, and what the fuzzer found worth keeping.
/// An input that breaks something ends the process, as it would end the fuzzer.
@Suite struct FuzzTests {
  @Test(.timeLimit(.minutes(30)), arguments: FuzzTarget.allCases)
  func replaysItsCorpus(_ target: FuzzTarget) async throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Corpus/\(target.rawValue)")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    #expect(files.count > 1)
    for file in files.sorted(by: { $0.path < $1.path }) {
      await target.replay([UInt8](try Data(contentsOf: file)))
    }
  }
}
