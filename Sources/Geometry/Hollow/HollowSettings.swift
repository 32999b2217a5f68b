public import Settings

/// What hollowing is asked for.
public struct HollowSettings: SettingsGroup {
  @Setting("How thick the wall is to be.", in: 0.01...10_000)
  public var wallMillimeters = 2.0

  @Setting("How many holes let liquid or powder out of each cavity.", in: 0...64)
  public var drainHoles = 0

  @Setting("How wide the holes are.", in: 0.1...1000)
  public var drainDiameterMillimeters = 4.0

  @Setting(
    "Cavities smaller than this share of the model's volume are filled, in %.",
    in: 0...100)
  public var smallestCavityPercent = 0.5

  public init() {}
}
