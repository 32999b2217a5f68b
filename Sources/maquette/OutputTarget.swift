import Foundation
import Operations
import Work

/// Where the output goes: a path, or a file made for copying to standard output.
struct OutputTarget {
  let path: String?
  let isStandardOutput: Bool

  init(_ output: String?, _ verb: AnyVerb) throws {
    guard output == "-" else {
      (path, isStandardOutput) = (output, false)
      return
    }
    guard case .required(let ending?) = verb.output else {
      throw UsageError("\(verb.name) cannot write to standard output; give -o a path")
    }
    let name = "maquette-\(ProcessInfo.processInfo.processIdentifier).\(ending)"
    path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    isStandardOutput = true
  }

  func copyOut() throws {
    defer { try? FileManager.default.removeItem(atPath: path!) }
    guard let file = FileHandle(forReadingAtPath: path!) else { return }
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      try FileHandle.standardOutput.write(contentsOf: piece)
    }
  }
}
