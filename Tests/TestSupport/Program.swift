import Foundation

/// The built executable, run as a user would.
public enum Program {
  /// What a run gave.
  public struct Outcome: Sendable {
    public let status: Int32
    public let output: String
    public let error: String
  }

  /// Beside the test bundle, where the package manager puts both.
  public static let path: String = {
    var folder = Bundle.main.bundleURL
    for candidate in Bundle.allBundles.map(\.bundleURL) + [Bundle.main.executableURL ?? folder] {
      let sibling = candidate.deletingLastPathComponent().appendingPathComponent("maquette").path
      if FileManager.default.isExecutableFile(atPath: sibling) { return sibling }
    }
    folder.appendPathComponent("maquette")
    return folder.path
  }()

  /// Lets this process find the program that reads foreign formats, as `maquette` finds it beside itself.
  public static func useAssimp() {
    _ = unsafe setenv("MAQUETTE_ASSIMP", path + "-assimp", 1)
  }

  /// Runs `maquette` with these words; `interruptAfter` sends SIGINT after so many seconds, `searching` is the PATH it has
  /// instead of ours.
  public static func run(
    _ words: [String], interruptAfter seconds: Double? = nil, searching: String? = nil
  ) throws -> Outcome {
    try run(executable: path, words, interruptAfter: seconds, searching: searching)
  }

  public static func run(
    executable: String, _ words: [String], interruptAfter seconds: Double? = nil,
    searching: String? = nil
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = words
    if let searching {
      process.environment = ProcessInfo.processInfo.environment.merging(["PATH": searching]) { $1 }
    }
    let (output, error) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    try process.run()
    if let seconds {
      Thread.sleep(forTimeInterval: seconds)
      process.interrupt()
    }
    // Errors are short; output may be long.
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let words = error.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      error: String(decoding: words, as: UTF8.self))
  }
}
