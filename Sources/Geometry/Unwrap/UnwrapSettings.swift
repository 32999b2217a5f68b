public import Settings

/// What unwrapping is asked for.
public struct UnwrapSettings: SettingsGroup {
  @Setting("Pixels along a side of the texture.", in: 16...16_384)
  public var textureSize = 2048

  @Setting("Pixels left free around each chart.", in: 0...64)
  public var gutterPixels = 3

  @Setting("How far the surface may turn away from a chart's middle direction.", in: 5...75)
  public var coneDegrees = 50.0

  public init() {}
}
