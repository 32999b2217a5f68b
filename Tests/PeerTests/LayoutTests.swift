import Foundation
import Settings
import TestSupport
import Testing

/// Each layout, read by those who train on it, or by their rules. Ten views, of 160 pixels.
@Suite(.serialized) struct LayoutTests {
  private func check(_ name: String, _ words: String...) throws -> JSONValue? {
    guard let python = PeerTests.python else { return nil }
    let script = SharedData.projectFolder + "/Tests/PeerTests/read_layouts.py"
    let outcome = try Program.run(executable: python, [script, name] + words)
    try #require(outcome.status == 0, "\(name): \(outcome.error)")
    return try JSONValue(parsing: Data(outcome.output.utf8))
  }

  private func make(
    _ folder: TemporaryFolder, _ layout: String, as name: String, _ flags: String...
  ) throws -> String {
    let (model, set) = (folder.file("s.glb"), folder.file(name))
    if !FileManager.default.fileExists(atPath: model) {
      _ = try Program.run(["sample", "-o", model, "--texture-size", "64", "--quiet"])
    }
    let outcome = try Program.run(
      [
        "dataset", model, "-o", set, "--layout", layout, "--views", "10", "--pixels", "160",
        "--points",
        "3000", "--quiet",
      ] + flags)
    try #require(outcome.status == 0, "\(outcome.error)")
    return set.hasSuffix("/") ? String(set.dropLast()) : set
  }

  @Test(arguments: ["colmap", "3dgs"]) func colmapAndGsplat(_ layout: String) throws {
    let folder = TemporaryFolder()
    guard let report = try check("colmap", try make(folder, layout, as: "set/")) else { return }
    for kind in layout == "3dgs" ? ["bin"] : ["txt", "bin"] {
      let model = report[kind]
      #expect(model?["images"]?.int == 10 && model?["points"]?.int == 3000)
      #expect((model?["tracked"]?.int ?? 0) > 1500 && model?["behind"]?.int == 0)
      #expect((model?["reprojection"]?.double ?? 1) < 0.001)
      #expect(model?["listed"]?.bool == true && model?["mode"] == "RGB")
    }
    if layout == "3dgs" { #expect(report["txt"] == nil) }
  }

  @Test func nerfSynthetic() throws {
    let folder = TemporaryFolder()
    guard let report = try check("nerf-synthetic", try make(folder, "nerf-synthetic", as: "set/"))
    else { return }
    #expect(report["train"]?.int == 10 && report["val"]?.int == 1 && report["test"]?.int == 2)
    for split in ["train", "val", "test"] { #expect(report[split + "Exist"]?.bool == true) }
    #expect(report["cloud"]?.bool == true && report["withinNearAndFar"]?.bool == true)
  }

  @Test func neus() throws {
    let folder = TemporaryFolder()
    guard let report = try check("neus", try make(folder, "neus", as: "set/")) else { return }
    #expect(report["images"]?.int == 10 && report["masks"]?.int == 10)
    #expect((report["pose"]?.double ?? 1) < 1e-4 && (report["lens"]?.double ?? 1) < 1e-2)
    #expect(report["keys"] == ["scale_mat", "world_mat"])
    #expect(report["mode"] == "RGB" && report["mask"] == [0, 255])
  }

  @Test func zero123() throws {
    let folder = TemporaryFolder()
    guard let report = try check("zero123", try make(folder, "zero123", as: "set/")) else { return }
    #expect(report["views"]?.int == 10 && report["shapes"] == [[3, 4]] && report["mode"] == "RGBA")
    #expect((report["pose"]?.double ?? 1) < 1e-9)
  }

  @Test func trellis() throws {
    let folder = TemporaryFolder()
    guard let report = try check("trellis", try make(folder, "trellis", as: "set/")) else { return }
    #expect(report["views"]?.int == 10 && report["mode"] == "RGBA")
    #expect(abs((report["side"]?.double ?? 0) - 1) < 1e-5)
    #expect((report["middle"]?.double ?? 1) < 1e-5)
    // As near as 40 000 places on the surface are to each other.
    #expect((report["distance"]?.double ?? 1) < 0.004)
  }

  @Test func bop() throws {
    let folder = TemporaryFolder()
    guard let report = try check("bop", try make(folder, "bop", as: "set/")) else { return }
    #expect(report["views"]?.int == 10)
    #expect((report["box"]?.double ?? 9) < 1 && (report["depth"]?.double ?? 1) < 0.01)
    let size = report["size"]?.double ?? 0
    #expect(abs(size - (report["told"]?.double ?? 1)) < 1e-3 * size)
    #expect((report["diameter"]?.double ?? 0) >= size)
  }

  @Test(arguments: ["set.tar", "set/"]) func webdataset(_ name: String) throws {
    let folder = TemporaryFolder()
    var set = try make(
      folder, "webdataset", as: name, "--shard-views", "6", "--test-fraction", "0.2")
    if name == "set/" { set += "/shard-{000000..000002}.tar" }
    guard let report = try check("webdataset", set) else { return }
    #expect(report["samples"]?.int == 13 && report["same"]?.bool == true)
    #expect(report["keys"] == ["depth.npy", "json", "mask.png", "normal.png", "png"])
    #expect(report["picture"] == [160, 160, 4] && report["depth"] == [160, 160, "float32"])
    #expect(report["pose"] == [4, 4])
  }

  @Test func h5py() throws {
    let folder = TemporaryFolder()
    let set = try make(folder, "dxgl", as: "set/", "--hdf5", folder.file("set.h5"))
    guard let report = try check("hdf5", folder.file("set.h5"), set) else { return }
    #expect(report["shape"] == [10, 160, 160, 4] && report["chunks"] == [1, 160, 160, 4])
    #expect(report["compression"] == "gzip" && report["shuffled"]?.bool == true)
    #expect(report["depthType"] == "float32" && report["manifest"] == "Maquette")
    for kind in ["images", "masks", "normals"] { #expect(report[kind]?.int == 0, "\(kind)") }
    #expect((report["depth"]?.double ?? 1) < 0.000_501 && (report["pose"]?.double ?? 1) < 1e-12)
    #expect(report["points"] == [3000, 3])
  }
}
