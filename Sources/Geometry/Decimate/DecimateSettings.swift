public import Settings

/// What may happen to the rim of an open surface.
public enum BoundaryRule: String, SettingChoice {
  /// Boundary vertices move along the boundary, and the boundary keeps its shape as well as it can.
  case simplify
  /// Boundary vertices stay where they are.
  case keep
}

/// What decimation is asked for. One of the targets must be given; of several, the first that is
/// reached ends it.
public struct DecimateSettings: SettingsGroup {
  @Setting("How many triangles to keep.", in: 1...2_000_000_000)
  public var targetTriangles: Int? = nil

  @Setting(
    "How many vertices to keep, counted as points: a seam's copies are one.", in: 3...2_000_000_000)
  public var targetVertices: Int? = nil

  @Setting("What share of the triangles to keep.", in: 0.000001...1)
  public var ratio: Double? = nil

  @Setting(
    "The largest distance between the old and the new surface, in % of the bounding-box diagonal.",
    in: 0.000001...100)
  public var maxError: Double? = nil

  @Setting("Do not look for self-intersections; quicker.")
  public var fast = false

  @Setting("Keep a subset of the vertices where they are, and make no new ones.")
  public var keepVertices = false

  @Setting("What may happen to the rim of an open surface.")
  public var boundary = BoundaryRule.simplify

  public init() {}
}

extension DecimateSettings {
  /// How many triangles of a mesh are to be left, where that is what is asked.
  public func triangleGoal(of mesh: Mesh) -> Int? {
    let byRatio = ratio.map { max(1, Int((Double(mesh.triangles.count) * $0).rounded())) }
    return [targetTriangles, byRatio].compactMap { $0 }.max()
  }
}
