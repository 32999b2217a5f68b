import Foundation
import Settings
import Work

/// The files that a call reads and writes, looked at before any work is done: none that is written may take the place of
/// another, or of what is read.
public struct OutputPaths {
  /// With links followed.
  private var taken: Set<String>

  /// - Parameter read: what the call reads; files that are not there are no hindrance.
  public init(read: [String?], output: String?) throws {
    taken = Set(read.compactMap(\.self).map(resolved))
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
    guard taken.insert(resolved(path)).inserted else {
      throw UsageError("\(flag) would overwrite \(path); give it another name")
    }
  }
}

/// Whether two paths name one file, links followed.
public func samePlace(_ first: String, _ second: String) -> Bool {
  resolved(first) == resolved(second)
}

private func resolved(_ path: String) -> String {
  URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
}
