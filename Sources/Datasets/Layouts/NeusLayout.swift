import Archives
import LinearMath
import Views

/// The form of the DTU scenes that NeuS and IDR read. Pictures have six digits and masks three, because one
/// of their readers insists.
struct NeusLayout: Layout {
  /// How much larger than the object the unit sphere is, so that the surface lies inside.
  private static let room = 1.1
  let options: LayoutOptions

  private func image(_ view: SetView) -> String { "image/" + padded(view.index, 6) + ".png" }
  private func mask(_ view: SetView) -> String { "mask/" + padded(view.index, 3) + ".png" }

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    // Read as colour pictures of eight bits, or as grey ones.
    [(image(view), .color(options.background)), (mask(view), .mask(bits: 8))]
  }

  func closing(_ views: [SetView], _ set: SetRecord) throws -> [SetFile] {
    var transforms = TransformsJSON(views, set)
    transforms.mask = mask
    var arrays: [(name: String, bytes: [UInt8])] = []
    let sphere = Matrix4(
      linear: Matrix3(scale: Self.room))
    for view in views {
      // These readers count pixel centres as whole numbers.
      let projection =
        Conventions.openCVProjection(view.camera, pixelCenter: 0)
        * Conventions.openCVFromWorld(view.camera)
      for (name, matrix) in [("world_mat", projection), ("scale_mat", sphere)] {
        let numbers = matrix.rows.joined().map { Float($0) }
        arrays.append(("\(name)_\(view.index).npy", NumPy.file(numbers, shape: [4, 4])))
      }
    }
    return [
      SetFile("cameras_sphere.npz", try DeflatedZip.bytes(arrays)),
      SetFile("transforms.json", text: transforms.text(image)),
    ]
  }
}
