public import Settings

/// What rebuilding is asked for.
public struct ReconstructSettings: SettingsGroup {
  @Setting("Lattice points along the object's longest side.", in: 32...768)
  public var resolution = 256

  @Setting(
    "About how many vertices the mesh is to have; without it, one a pixel or so.",
    in: 100...10_000_000)
  public var targetVertices: Int? = nil

  @Setting("Triangles of even size instead of few where the surface is flat.")
  public var remesh = false

  @Setting("Pixels along a side of the texture.", in: 64...8192)
  public var textureSize = 2048

  @Setting("Match pictures for depth; without it the surface is that of the outlines.")
  public var stereo = true

  @Setting("Rounds in which the surface is moved to where the pictures agree best.", in: 0...20)
  public var refineRounds = 0

  public init() {}
}
