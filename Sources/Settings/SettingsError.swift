/// What is wrong with an option, in one sentence for the person who typed it.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  public struct Code: Sendable, Equatable {
    public let name: String
    public static let unknownKey = Code(name: "unknown-option")
    public static let badValue = Code(name: "bad-value")
    public static let outOfRange = Code(name: "out-of-range")
    public static let missing = Code(name: "missing")
    public static let badPreset = Code(name: "bad-preset")
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}

/// The candidate nearest to a mistyped word by edit distance, where one is near enough to suggest.
public func nearestName(to word: String, among candidates: [String]) -> String? {
  let best = candidates.min { editDistance(word, $0) < editDistance(word, $1) }
  guard let best, editDistance(word, best) <= max(2, word.count / 3) else { return nil }
  return best
}

/// Insertions, deletions and substitutions between two words (Levenshtein, 1966).
func editDistance(_ first: String, _ second: String) -> Int {
  let (a, b) = (Array(first), Array(second))
  var row = Array(0...b.count)
  for (i, left) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, right) in b.enumerated() {
      let substituted = diagonal + (left == right ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
