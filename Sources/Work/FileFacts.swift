import Foundation

/// How many bytes a file has; nil where there is none.
public func fileBytes(_ path: String) -> Int? {
  ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.intValue
}
