#include "CEXR.h"

#include <OpenEXR/ImfChannelList.h>
#include <OpenEXR/ImfFrameBuffer.h>
#include <OpenEXR/ImfHeader.h>
#include <OpenEXR/ImfInputFile.h>
#include <OpenEXR/ImfOutputFile.h>
#include <OpenEXR/ImfStdIO.h>
#include <OpenEXR/ImfStringAttribute.h>
#include <Iex.h>
#include <half.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

struct maquette_exr {
  Imf::Header header;
  Imf::FrameBuffer numbers;
  std::vector<std::vector<half>> narrow;
  std::vector<std::vector<float>> wide;
};

maquette_exr *maquette_exr_begin(int width, int height) {
  Imf::Header header(width, height);
  header.compression() = Imf::ZIP_COMPRESSION;
  return new maquette_exr{header, {}, {}, {}};
}

void maquette_exr_channel(
    maquette_exr *picture, const char *name, int isHalf, const float *numbers, size_t stride) {
  const auto size = picture->header.dataWindow().max;
  const size_t width = size.x + 1, count = width * (size.y + 1);
  picture->header.channels().insert(name, Imf::Channel(isHalf ? Imf::HALF : Imf::FLOAT));
  if (isHalf) {
    std::vector<half> &narrow = picture->narrow.emplace_back(count);
    for (size_t index = 0; index < count; index++) narrow[index] = half(numbers[index * stride]);
    char *start = reinterpret_cast<char *>(narrow.data());
    picture->numbers.insert(
        name, Imf::Slice(Imf::HALF, start, sizeof(half), sizeof(half) * width));
  } else {
    std::vector<float> &wide = picture->wide.emplace_back(count);
    for (size_t index = 0; index < count; index++) wide[index] = numbers[index * stride];
    char *start = reinterpret_cast<char *>(wide.data());
    picture->numbers.insert(
        name, Imf::Slice(Imf::FLOAT, start, sizeof(float), sizeof(float) * width));
  }
}

void maquette_exr_text(maquette_exr *picture, const char *name, const char *text) {
  picture->header.insert(name, Imf::StringAttribute(text));
}

char *maquette_exr_end(maquette_exr *picture, uint8_t **bytes, size_t *length) {
  std::unique_ptr<maquette_exr> owned(picture);
  try {
    Imf::StdOSStream stream;
    {
      Imf::OutputFile file(stream, owned->header);
      file.setFrameBuffer(owned->numbers);
      file.writePixels(owned->header.dataWindow().max.y + 1);
    }
    const std::string text = stream.str();
    *bytes = static_cast<uint8_t *>(malloc(text.size()));
    if (!*bytes) return strdup("there is not enough memory");
    memcpy(*bytes, text.data(), text.size());
    *length = text.size();
    return nullptr;
  } catch (const std::exception &problem) {
    return strdup(problem.what());
  }
}

namespace {
// A file in memory.
class Bytes : public Imf::IStream {
 public:
  Bytes(const uint8_t *bytes, size_t length) : IStream("picture"), bytes(bytes), length(length) {}
  bool read(char *to, int count) override {
    if (count < 0 || static_cast<size_t>(count) > length - place) throw Iex::InputExc("the file ends too early");
    memcpy(to, bytes + place, count);
    place += count;
    return place < length;
  }
  uint64_t tellg() override { return place; }
  void seekg(uint64_t to) override {
    if (to > length) throw Iex::InputExc("the file ends too early");
    place = to;
  }

 private:
  const uint8_t *bytes;
  size_t length, place = 0;
};
}  // namespace

char *maquette_exr_read(
    const uint8_t *bytes, size_t length, int *width, int *height, char *names, size_t namesLength,
    float *numbers, size_t room) {
  try {
    Bytes stream(bytes, length);
    Imf::InputFile file(stream, 1);
    const auto window = file.header().dataWindow();
    const int64_t w = int64_t(window.max.x) - window.min.x + 1, h = int64_t(window.max.y) - window.min.y + 1;
    if (w < 1 || h < 1 || w > (1 << 20) || h > (1 << 20)) return strdup("the size makes no sense");
    *width = int(w);
    *height = int(h);
    std::string list;
    size_t count = 0;
    Imf::FrameBuffer buffer;
    const auto &channels = file.header().channels();
    for (auto channel = channels.begin(); channel != channels.end(); ++channel, count++) {
      list += std::string(channel.name()) + "\n";
      if (!numbers) continue;
      if ((count + 1) * w * h > room || channel.channel().xSampling != 1) return strdup("the channels do not fit");
      char *start = reinterpret_cast<char *>(numbers + count * w * h - window.min.x - window.min.y * w);
      buffer.insert(channel.name(), Imf::Slice(Imf::FLOAT, start, sizeof(float), sizeof(float) * w));
    }
    if (list.size() + 1 > namesLength) return strdup("there are too many channels");
    memcpy(names, list.c_str(), list.size() + 1);
    if (numbers) {
      file.setFrameBuffer(buffer);
      file.readPixels(window.min.y, window.max.y);
    }
    return nullptr;
  } catch (const std::exception &problem) {
    return strdup(problem.what());
  }
}
