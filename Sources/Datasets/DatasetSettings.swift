public import Settings

/// What a training set looks like on disk.
public enum DatasetLayout: String, SettingChoice {
  /// The superset of DX.GL's layout: images, depth, depth_16bit, normals, masks, transforms.json,
  /// points3D.ply, sparse/0.
  case dxgl
}

/// What lies behind the object in the colour images.
public enum DatasetBackground: String, SettingChoice {
  case transparent, white, black
}

/// How a training set is written.
public struct DatasetSettings: SettingsGroup {
  @Setting("How the files are laid out.")
  public var layout = DatasetLayout.dxgl

  @Setting("What lies behind the object; white and black give opaque RGB images.")
  public var background = DatasetBackground.transparent

  @Setting("Surface points in the initialisation cloud.", in: 1...5_000_000)
  public var points = 20_000

  public init() {}
}
