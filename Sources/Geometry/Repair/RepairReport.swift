/// Which way a mesh was repaired.
public enum RepairTier: String, Sendable {
  /// There was nothing to repair.
  case unchanged
  /// Mended in place.
  case conservative
  /// A new surface about everything.
  case wrap
}

/// One kind of thing that repair did.
public struct RepairChange: Sendable, Equatable {
  /// A word for programs.
  public let kind: String
  public let count: Int
  /// A sentence for people.
  public let detail: String
}

/// What repair found, did, and left.
public struct RepairReport: Sendable {
  public internal(set) var tier = RepairTier.unchanged
  /// The input; for an input with broken numbers, what was left without them.
  public internal(set) var before: SolidReport
  public internal(set) var after: SolidReport
  public internal(set) var changes: [RepairChange] = []
  /// The share of the input's triangles that the result has bit by bit, 0...100.
  public internal(set) var untouchedPercent = 100.0

  mutating func note(_ kind: String, _ count: Int, _ detail: String) {
    if count > 0 { changes.append(RepairChange(kind: kind, count: count, detail: detail)) }
  }
}
