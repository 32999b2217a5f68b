import LinearMath
import Settings
import Views
import Work

/// One layout, or several in folders of one set, with what every set has besides: other numbers of each pixel,
/// the manifest, and the model.
struct CombinedLayout: Sendable {
  private struct Part: Sendable {
    let folder: String
    let kind: DatasetLayout
    let layout: any Layout
  }

  private let parts: [Part]
  private let numbers: [(kind: PixelNumbers, format: NumberFormat)]

  init(_ settings: DatasetSettings, size: ObjectSize) {
    var parts: [Part] = []
    for kind in settings.layout {
      for background in settings.background.isEmpty ? [kind.usualBackground] : settings.background {
        let options = LayoutOptions(
          background: background, size: size, maskBits: settings.maskBits,
          trackLength: settings.trackLength)
        let names =
          (settings.layout.count > 1 ? [kind.rawValue] : [])
          + (settings.background.count > 1 ? [background.rawValue] : [])
        let folder = names.isEmpty ? "" : names.joined(separator: "-") + "/"
        parts.append(Part(folder: folder, kind: kind, layout: kind.makeLayout(options)))
      }
    }
    self.parts = parts
    numbers = settings.aov.map { ($0, settings.aovFormat ?? $0.usualFormat) }
  }

  /// Refuses views whose numbers or names the layouts cannot hold.
  func check(_ views: [SetView], at path: String) throws(DatasetError) {
    let farthest = 1 + (views.map(\.camera.eye.length).max() ?? 0)
    let steps = views.prefix(1).flatMap(files).compactMap { file -> Double? in
      if case .depth16(let unit) = file.content { unit } else { nil }
    }
    if let step = steps.min(), farthest > 65_535 * step {
      throw DatasetError(
        "a camera stands \((farthest - 1).rounded()) radii away, and 16-bit depth ends at \(65.535 * step / 0.001); bring the cameras nearer, or write HDF5, whose depth has no such end",
        at: path, kind: .usage)
    }
    // Their names have three digits, and loaders pair what is sorted by name.
    if parts.contains(where: { $0.kind == .neus }), views.count > 1000 {
      throw DatasetError(
        "the layout neus holds at most 1000 views, and these are \(views.count)", at: path,
        kind: .usage)
    }
  }

  /// Whether all there is are samples, among which no other file may stand.
  private var isSamples: Bool { parts.allSatisfy { $0.kind == .webdataset } }

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    var files = parts.flatMap { part in
      part.layout.files(of: view).map { (name: part.folder + $0.name, content: $0.content) }
    }
    for (kind, format) in numbers {
      let number = padded(view.index, 5)
      let names =
        isSamples
        ? parts.map { "\($0.folder)transforms_\(number).\(kind.rawValue).\(format.rawValue)" }
        : ["aov/\(kind.rawValue)/frame_\(number).\(format.rawValue)"]
      files += names.map { ($0, .numbers(kind, format, scale: 1)) }
    }
    return files
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] {
    // A name that readers of samples skip.
    let folder = isSamples ? "__maquette__/" : ""
    var files = try parts.flatMap { part in
      try part.layout.closing(views, set).map { SetFile(part.folder + $0.name, $0.bytes) }
    }
    if let model = set.modelFile { files.append(SetFile(folder + "model.glb", model)) }
    files.append(
      SetFile(folder + "manifest.json", text: set.manifest.text(pretty: true) + "\n"))
    return files
  }
}
