import Foundation
import Operations
import Work

/// Where the output goes: a path, or a file of our own for copying to standard output, gone afterwards.
final class OutputTarget {
  let path: String?
  let isStandardOutput: Bool
  private let folder: String?

  init(_ output: String?, _ verb: AnyVerb) throws {
    guard output == "-" else {
      (path, isStandardOutput, folder) = (output, false, nil)
      return
    }
    guard let ending = verb.output.standardOutput else {
      throw UsageError("\(verb.name) cannot write to standard output; give -o a path")
    }
    let own = FileManager.default.temporaryDirectory
      .appendingPathComponent("maquette-\(UUID().uuidString)").path
    (path, isStandardOutput, folder) = (own + "/output." + ending, true, own)
  }

  deinit {
    if let folder { try? FileManager.default.removeItem(atPath: folder) }
  }

  func copyOut(_ outputs: [Artifact]) throws {
    let own = outputs.filter { folder.map($0.path.hasPrefix) ?? false }
    guard own.count == 1 else {
      throw UsageError(
        "standard output takes one file, and these are \(own.count); give -o a path")
    }
    guard let path, let file = FileHandle(forReadingAtPath: path) else {
      throw OutputError("cannot-write", "the result cannot be read back", path ?? "")
    }
    defer { try? file.close() }
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      try Terminal.out(piece)
    }
  }
}
