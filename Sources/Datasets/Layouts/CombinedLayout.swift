import Settings
import Views

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

  /// Whether all there is are samples, among which no other file may stand.
  private var isSamples: Bool { parts.count == 1 && parts[0].kind == .webdataset }

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    var files = parts.flatMap { part in
      part.layout.files(of: view).map { (name: part.folder + $0.name, content: $0.content) }
    }
    for (kind, format) in numbers {
      let ending = "." + format.rawValue
      let name =
        isSamples
        ? "transforms_\(padded(view.index, 5)).\(kind.rawValue)\(ending)"
        : "aov/\(kind.rawValue)/frame_\(padded(view.index, 5))\(ending)"
      files.append((name, .numbers(kind, format, scale: 1)))
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
