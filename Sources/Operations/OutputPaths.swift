import Foundation
import Settings
import Work

/// The files that a call reads and writes, looked at before any work is done: none that is written may take the place of
/// another, or of what is read.
public struct OutputPaths {
  private var taken: [String]

  /// - Parameter read: what the call reads; files that are not there are no hindrance.
  public init(read: [String?], output: String?) throws {
    taken = read.compactMap(\.self)
    try add(output, "-o")
  }

  /// - Parameters:
  ///   - flag: the option that names the file, for the sentence.
  ///   - ending: the one it must have, without a dot.
  public mutating func add(_ path: String?, _ flag: String, ending: String? = nil) throws {
    guard let path else { return }
    if let ending, !path.lowercased().hasSuffix("." + ending) {
      throw UsageError("give \(flag) a name that ends in .\(ending)")
    }
    if taken.contains(where: { samePlace($0, path) }) {
      throw UsageError("\(flag) would overwrite \(path); give it another name")
    }
    taken.append(path)
  }
}

/// Whether two paths name one file, links followed.
public func samePlace(_ first: String, _ second: String) -> Bool {
  func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
  return resolved(first) == resolved(second)
}
