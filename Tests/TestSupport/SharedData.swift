import Foundation
import Synchronization

/// Real files that lie beside the project on some machines and never in it. A test that wants one and has
/// none says so and passes.
public enum SharedData {
  private static let told = Mutex(Set<String>())

  /// `../shared/data`, or what `MAQUETTE_SHARED_DATA` names; nil where it is not there.
  public static let folder: String? = {
    let environment = ProcessInfo.processInfo.environment
    let path = environment["MAQUETTE_SHARED_DATA"] ?? projectFolder + "/../shared/data"
    return FileManager.default.fileExists(atPath: path + "/MANIFEST.json") ? path : nil
  }()

  /// The path of a file of the set. Nil, with a printed line, where it is not there.
  public static func path(_ name: String, function: String = #function) -> String? {
    if let folder, FileManager.default.fileExists(atPath: folder + "/" + name) {
      return folder + "/" + name
    }
    if told.withLock({ $0.insert(function).inserted }) {
      print("LEFT OUT: \(function) wants the shared file \(name), which is not on this machine")
    }
    return nil
  }

  /// The folder of the checkout that the tests were built from.
  public static let projectFolder: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url.path
  }()
}

/// A folder of its own for one test, gone afterwards.
public final class TemporaryFolder {
  public let path: String

  public init() {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("maquette-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file and gives its path.
  public func write(_ bytes: [UInt8], as name: String) -> String {
    try? FileManager.default.createDirectory(
      at: URL(fileURLWithPath: file(name)).deletingLastPathComponent(),
      withIntermediateDirectories: true)
    _ = FileManager.default.createFile(atPath: file(name), contents: Data(bytes))
    return file(name)
  }

  public func write(_ text: String, as name: String) -> String { write(Array(text.utf8), as: name) }

  /// Everything in the folder, hidden files too.
  public var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// The bytes of a file; empty where there is none.
public func contents(_ path: String) -> [UInt8] {
  FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
}
