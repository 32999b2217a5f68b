public import Settings
public import Views

/// What a training set looks like on disk: whose loader reads it unchanged.
public enum DatasetLayout: String, SettingChoice {
  /// The superset of DX.GL's layout: images, depth, depth_16bit, normals, masks, transforms.json,
  /// points3D.ply, sparse/0.
  case dxgl
  /// `transforms.json` with depth and an initial cloud.
  case nerfstudio
  /// `transforms_train.json`, `_val`, `_test`: NeRF's own synthetic scenes, and 3D Gaussian Splatting's way to
  /// read them.
  case nerfSynthetic = "nerf-synthetic"
  /// A COLMAP model, as text and binary.
  case colmap
  /// What the original 3D Gaussian Splatting trains on: opaque images and a binary COLMAP model.
  case gaussianSplatting = "3dgs"
  /// `transforms.json` as instant-ngp reads it, test views in a folder of their own.
  case instantNGP = "instant-ngp"
  /// A folder of TRELLIS's rendering toolkit: the object in a unit cube, depth scaled per view.
  case trellis
  /// Zero-1-to-3's folder: a picture and a 3 x 4 matrix for each view.
  case zero123
  /// NeuS's and IDR's form of the DTU scenes: `image`, `mask`, `cameras_sphere.npz`.
  case neus
  /// The Benchmark for 6D Object Pose Estimation, in millimetres.
  case bop
  /// Samples of files with one name each, for sequential reading from tars.
  case webdataset
}

/// What lies behind the object in the colour images.
public enum DatasetBackground: String, SettingChoice {
  case transparent, white, black
}

/// How numbers beside the colour are stored.
public enum NumberFormat: String, SettingChoice {
  case png, exr, npy
}

/// How a training set is written.
public struct DatasetSettings: SettingsGroup {
  @Setting(
    "How the files are laid out. Several share one rendering and go into a folder each inside the set."
  )
  public var layout = [DatasetLayout.dxgl]

  @Setting(
    "What lies behind the object; white and black give opaque RGB images. Without it what the layout's loaders want. Several go into a folder each."
  )
  public var background: [DatasetBackground] = []

  @Setting("Surface points in the initialisation cloud.", in: 1...5_000_000)
  public var points = 20_000

  @Setting("In how many views at most a point is listed in a COLMAP model.", in: 0...1000)
  public var trackLength = 6

  @Setting("What else is written of each pixel, into the folder aov.")
  public var aov: [PixelNumbers] = []

  @Setting(
    "How that is stored. Without it codes (png) for albedo, roughness, metallic, occlusion and id, floats (exr) for the others."
  )
  public var aovFormat: NumberFormat? = nil

  @Setting("Bits of a pixel in masks, 1 or 8; either way 0 and the largest.", in: 1...8)
  public var maskBits = 1

  @Setting("Also put the model itself into the set, moved and scaled as it was drawn: model.glb.")
  public var includeModel = false

  @Setting("Views in each tar when a webdataset is written to a folder.", in: 1...1_000_000)
  public var shardViews = 1000

  public init() {}

  public func validate() throws(SettingsError) {
    func unique<Choice: SettingChoice & Hashable>(
      _ flag: String, _ list: [Choice]
    ) throws(SettingsError) {
      guard Set(list).count == list.count else {
        throw SettingsError(.badValue, "\(flag) names something twice")
      }
    }
    try unique("--layout", layout)
    try unique("--background", background)
    try unique("--aov", aov)
    if layout.isEmpty { throw SettingsError(.missing, "--layout names no layout") }
    if maskBits != 1 && maskBits != 8 {
      throw SettingsError(.badValue, "--mask-bits is \(maskBits); it takes 1 or 8")
    }
  }
}
