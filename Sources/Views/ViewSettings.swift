public import Settings

/// Which views of a model become a set.
public struct ViewSettings: SettingsGroup {
  @Setting("Views to render.", in: 1...100_000)
  public var views = 100

  @Setting("Width and height of each view in pixels.", in: 16...8192)
  public var pixels = 800

  @Setting("Where cameras stand.")
  public var coverage = Coverage.hemisphere

  @Setting("Horizontal angle of view in degrees.", in: 5...120)
  public var fieldOfViewDegrees = 49.1

  public init() {}

  /// The lens of every view.
  public var intrinsics: Intrinsics {
    Intrinsics(width: pixels, height: pixels, fieldOfView: fieldOfViewDegrees * .pi / 180)
  }

  /// The cameras around an object of radius 1 at the origin.
  public var cameras: [Camera] {
    ViewSampling.cameras(count: views, coverage: coverage, intrinsics: intrinsics)
  }
}
