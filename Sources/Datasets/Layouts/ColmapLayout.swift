/// A COLMAP model with its pictures; for splatting only what 3D Gaussian Splatting reads, which takes a
/// `points3D.ply` beside the model for its own.
struct ColmapLayout: Layout {
  let options: LayoutOptions
  let isForSplatting: Bool

  private func name(_ view: SetView) -> String { "frame_" + padded(view.index, 5) + ".png" }

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    let name = name(view)
    return [
      ("images/" + name, .color(options.background)),
      ("masks/" + name, .mask(bits: options.maskBits)),
      ("depth_16bit/" + name, .depth16(unit: SetUnits.depthStep)),
    ] + (isForSplatting ? [] : [("normals/" + name, .normals)])
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] {
    let model = ColmapModel(views, set, trackLength: options.trackLength, name: name)
    var files = model.binaryFiles("sparse/0/")
    if isForSplatting {
      files.append(SetFile("sparse/0/points3D.ply", PointsPLY.bytes(set.points, unit: 1)))
    } else {
      files += model.textFiles("sparse/0/")
    }
    let test = views.filter { $0.split == .test }.map { name($0) + "\n" }
    if !test.isEmpty { files.append(SetFile("sparse/0/test.txt", text: test.joined())) }
    return files
  }
}
