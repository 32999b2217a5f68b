import Foundation
import Settings
import TestSupport
import Testing

/// Long runs that end before they should.
@Suite struct DatasetRunTests {
  private let folder = TemporaryFolder()

  private func sample() throws -> String {
    let path = folder.file("s.glb")
    let outcome = try Program.run(["sample", "-o", path, "--texture-size", "64", "--quiet"])
    try #require(outcome.status == 0)
    return path
  }

  /// All files below a path, or the file there, with what they hold.
  private func tree(_ path: String) -> [String: [UInt8]] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    let pairs = names.filter { FileManager.default.contents(atPath: path + "/" + $0) != nil }
      .map { ($0, contents(path + "/" + $0)) }
    return pairs.isEmpty ? ["": contents(path)] : Dictionary(uniqueKeysWithValues: pairs)
  }

  /// Killed at some moments, and then left alone: the same bytes, and nothing else.
  @Test(arguments: ["set.zip", "set.h5", "set/"])
  func killedAndResumed(_ name: String) throws {
    let model = try sample()
    func words(_ path: String) -> [String] {
      ["dataset", model, "-o", path, "--views", "30", "--pixels", "200", "--resume", "--quiet"]
    }
    let whole = folder.file("whole-" + name)
    try #require(try Program.run(words(whole)).status == 0)
    let path = folder.file(name)
    for moment in ["0.2", "0.45", "0.3", "0.6", "0.5"] {
      _ = try Program.run(
        executable: "/usr/bin/timeout", ["-s", "KILL", moment, Program.path] + words(path))
    }
    #expect(try Program.run(words(path)).status == 0)
    #expect(tree(path) == tree(whole))
    #expect(!folder.names.contains { $0.contains("partial") }, "\(folder.names)")
  }

  /// Where no more can be written: a sentence, exit code 4, nothing left, or with `--resume` what is whole; and with room
  /// again the same set.
  @Test(arguments: ["set.zip", "set.h5", "set/"])
  func fullDisk(_ name: String) throws {
    let model = try sample()
    let options = "--views 12 --pixels 300 --points 200000 --quiet"
    func run(_ path: String, blocks: Int?, _ more: String = "") throws -> Program.Outcome {
      let limit = blocks.map { "trap '' XFSZ; ulimit -f \($0);" } ?? ""
      return try Program.run(
        executable: "/bin/sh",
        [
          "-c",
          "\(limit) exec '\(Program.path)' dataset '\(model)' -o '\(path)' \(options) \(more)",
        ])
    }
    let (path, whole) = (folder.file(name), folder.file("whole-" + name))
    try #require(try run(whole, blocks: nil).status == 0)
    let before = folder.names
    // A file may have so many pieces of 512 bytes: half of what an archive needs, less than one cloud.
    for resume in ["", "--resume"] {
      let outcome = try run(path, blocks: 800, resume)
      #expect(outcome.status == 4, "\(outcome)")
      #expect(outcome.error.contains("File too large"), "\(outcome.error)")
      #expect(!folder.names.contains(name))
      if resume.isEmpty { #expect(folder.names == before, "\(folder.names)") }
    }
    #expect(try run(path, blocks: nil, "--resume").status == 0)
    #expect(tree(path) == tree(whole))
    #expect(!folder.names.contains { $0.contains("partial") }, "\(folder.names)")
  }
}
