#include <iostream>

#include "dicom/images/phantom_study.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"

namespace glisson::server {

int phantom(const PhantomOptions& options) {
  const dicom::PhantomStudy study = dicom::write_phantom_study(options.folder);
  std::cout << "Study of Phantom^Liver, accession number " << study.accession_number << ", "
            << study.study_instance_uid.value() << '\n'
            << "  arterial phase  " << study.arterial.string() << "  (" << study.images << " CT images)\n"
            << "  portal phase    " << study.portal.string() << "  (" << study.images << " CT images)\n"
            << "  segmentation    " << study.segmentation.string() << "  (Liver, Lesion 1, Lesion 2)\n";
  return exit_success;
}

}  // namespace glisson::server
