public import Settings

/// What remeshing is asked for. Without edge length or count, the edge length is the input's mean.
public struct RemeshSettings: SettingsGroup {
  @Setting(
    "The edge length wanted, in the mesh's unit; the input's mean without it and without a count.",
    in: 1e-9...1e9)
  public var edgeLength: Double? = nil

  @Setting("About how many triangles are wanted, instead of an edge length.", in: 4...2_000_000_000)
  public var targetTriangles: Int? = nil

  @Setting("How often to split, collapse, flip, relax and project.", in: 1...1000)
  public var iterations = 10

  @Setting(
    "Edges that bend by more than this are kept; without it 20, or up to 40 where that would be over a tenth of all edges.",
    in: 0...180)
  public var featureAngleDegrees: Double? = nil

  @Setting("Shorter edges where the surface is curved, longer ones where it is flat.")
  public var adaptive = false

  @Setting(
    "With --adaptive, how far an edge may cut through the surface, in % of the bounding-box diagonal.",
    in: 0.0001...10)
  public var adaptiveTolerancePercent = 0.1

  @Setting(
    "Open boundaries keep their edges and vertices, bit by bit, instead of new ones along the same line."
  )
  public var keepBoundary = false

  public init() {}
}
