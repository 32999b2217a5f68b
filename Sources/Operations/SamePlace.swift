import Foundation

/// Whether two paths name one file, links followed.
public func samePlace(_ first: String, _ second: String) -> Bool {
  func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
  return resolved(first) == resolved(second)
}
