import Foundation

extension Double {
  /// Four digits that count, for people; JSON has all of them.
  var brief: String { String(format: "%.4g", self) }
}
