#include <iostream>

#include "host/app/commands.h"

int main(int argc, char** argv) {
  const cvg::CommandLine line = cvg::parse_command_line(argc, argv);
  return cvg::run_command(line, std::cout, std::cerr);
}
