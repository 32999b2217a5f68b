import Views

/// Which files a set has, and what they hold: a table of names for each view, and the files that tell of
/// all of them.
protocol Layout: Sendable {
  /// The files of one view. The first is its picture.
  func files(of view: SetView) -> [(name: String, content: ViewContent)]
  /// The files about the whole set.
  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile]
}

/// What a layout needs to know beside the views.
struct LayoutOptions: Sendable {
  let background: DatasetBackground
  let size: ObjectSize
  let maskBits: Int
  let trackLength: Int
}

/// The numbers that are the same in several layouts.
enum SetUnits {
  /// Units of one step of a 16-bit depth. nerfstudio assumes exactly this.
  static let depthStep = 0.001
}

extension DatasetLayout {
  /// What its loaders want behind the object where the user does not say. Those that drop alpha, or mask the
  /// rendering with it, need opaque pictures.
  var usualBackground: DatasetBackground {
    switch self {
    case .colmap, .gaussianSplatting: .white
    case .neus, .bop: .black
    case .dxgl, .nerfstudio, .nerfSynthetic, .instantNGP, .trellis, .zero123, .webdataset:
      .transparent
    }
  }

  func makeLayout(_ options: LayoutOptions) -> any Layout {
    switch self {
    case .dxgl: DXGLLayout(options: options)
    case .nerfstudio: NerfstudioLayout(options: options)
    case .instantNGP: InstantNGPLayout(options: options)
    case .nerfSynthetic: NeRFSyntheticLayout(options: options)
    case .colmap: ColmapLayout(options: options, isForSplatting: false)
    case .gaussianSplatting: ColmapLayout(options: options, isForSplatting: true)
    case .trellis: TrellisLayout(options: options)
    case .zero123: Zero123Layout(options: options)
    case .neus: NeusLayout(options: options)
    case .bop: BOPLayout(options: options)
    case .webdataset: WebDatasetLayout(options: options)
    }
  }
}

/// A number with zeros in front.
func padded(_ number: Int, _ digits: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
