public import Settings

/// How far repair may go.
public enum RepairMode: String, SettingChoice {
  /// Conservative where that ends in a solid, else wrap.
  case auto
  /// Mends what is broken and keeps the rest bit by bit; an error where that ends without a solid.
  case conservative
  /// Lays a new surface about everything.
  case wrap
}

/// What repair is asked for.
public struct RepairSettings: SettingsGroup {
  @Setting("Mend what is broken and keep the rest, or lay a new surface about everything.")
  public var mode = RepairMode.auto

  @Setting(
    "What can be seen of the input and is farther than this from the result is looked for and mended, in % of the bounding-box diagonal; sought, not guaranteed.",
    in: 0.001...100)
  public var maxDeviationPercent = 0.5

  @Setting(
    "How thick a surface without an inside is made, in % of the bounding-box diagonal.",
    in: 0.01...10)
  public var sheetThicknessPercent = 0.25

  @Setting("How fine a new surface is: lattice points to the bounding-box diagonal.", in: 16...2000)
  public var resolution = 200

  public init() {}
}
